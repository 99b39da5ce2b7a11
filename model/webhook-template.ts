/**
 * Ready-made bodies of webhooks, Liquid. They see `alert`, `news`, `subject`, `text`, `link`, `drill`, `at`, `key`, `dedupKey`, `installation`;
 * docs/add-a-channel.md lists what each holds. `| json` quotes.
 */
export const WEBHOOK_TEMPLATES = [
  {
    name: 'Generic JSON',
    url: '',
    contentType: 'application/json',
    body: `{
  "key": {{ key | json }},
  "news": {{ news | json }},
  "at": {{ at | json }},
  "drill": {{ drill | json }},
  "subject": {{ subject | json }},
  "link": {{ link | json }},
  "installation": {{ installation | json }},
  "alert": {{ alert | json }}
}`,
  },
  {
    name: 'Slack',
    url: 'https://hooks.slack.com/services/((token))',
    contentType: 'application/json',
    body: `{
  "text": {{ subject | json }},
  "attachments": [
    {
      "color": {% if drill %}"#7A3DB8"{% elsif news == "resolved" %}"#1B7A43"{% elsif alert.severity == "critical" or alert.severity == "error" %}"#B4232C"{% else %}"#8A5A00"{% endif %},
      "title": {{ alert.title | json }},
      "title_link": {{ link | json }},
      "text": {{ alert.detail | json }},
      "footer": {{ alert.cluster | default: "Tessera" | json }}
    }
  ]
}`,
  },
] as const;

'use client';

import { useWatch } from 'react-hook-form';
import { Button } from '#components/ui/button.tsx';
import { FieldError, TextField } from '#components/ui/text-field.tsx';
import { WEBHOOK_TEMPLATES } from '#model/webhook-template.ts';
import { PAGERDUTY_URL } from './channel-values.ts';
import { type ChannelForm, SecretField } from './secret-field.tsx';

type FieldsProps = { form: ChannelForm; setAt: Readonly<Record<string, string>> };

/** The fields of the chosen kind of channel. */
export function KindFields(props: FieldsProps) {
  const kind = useWatch({ control: props.form.control, name: 'kind' });
  switch (kind) {
    case 'email':
      return <EmailFields {...props} />;
    case 'pagerduty':
      return <PagerDutyFields {...props} />;
    case 'webhook':
      return <WebhookFields {...props} />;
    case 'syslog':
      return <SyslogFields {...props} />;
  }
}

type TextName = 'host' | 'port' | 'user' | 'domain' | 'from' | 'to' | 'url' | 'proxy' | 'contentType' | 'permittedPeer';

function Text({
  form,
  name,
  label,
  help,
  placeholder,
}: {
  form: ChannelForm;
  name: TextName;
  label: string;
  help?: string;
  placeholder?: string;
}) {
  return (
    <TextField
      {...form.register(name)}
      label={label}
      help={help}
      placeholder={placeholder}
      error={form.formState.errors[name]?.message}
      autoComplete="off"
      spellCheck={false}
    />
  );
}

function EmailFields({ form, setAt }: FieldsProps) {
  return (
    <>
      <div className="pair">
        <Text form={form} name="host" label="Mail server" help="Name or address of the SMTP server." />
        <Text form={form} name="port" label="Port" />
      </div>
      <Choice
        form={form}
        name="tls"
        label="TLS"
        options={[
          ['starttls', 'STARTTLS'],
          ['tls', 'TLS from the start (465)'],
          ['none', 'None'],
        ]}
      />
      <Text form={form} name="from" label="From" />
      <Text form={form} name="to" label="To" help="Addresses, separated by commas." />
      <Text form={form} name="user" label="User" help="Empty: no log-in." />
      <SecretField form={form} name="password" label="Password" setAt={setAt.password} />
      <Text form={form} name="domain" label="HELO name" help="Empty: the name of the director's machine." />
      <CaField form={form} />
    </>
  );
}

function PagerDutyFields({ form, setAt }: FieldsProps) {
  return (
    <>
      <SecretField
        form={form}
        name="routingKey"
        label="Routing key"
        setAt={setAt.routingKey}
        help="Integration key of an Events API v2 integration of the service."
      />
      <Text form={form} name="url" label="Address" placeholder={PAGERDUTY_URL} />
      <Text form={form} name="proxy" label="HTTP proxy" help="Empty: none." />
    </>
  );
}

function WebhookFields({ form, setAt }: FieldsProps) {
  const { errors } = form.formState;
  return (
    <>
      <fieldset>
        <legend className="label">Ready-made body</legend>
        <p className="row wrap">
          {WEBHOOK_TEMPLATES.map((template) => (
            <Button
              key={template.name}
              small
              onClick={() => {
                form.setValue('body', template.body, { shouldDirty: true });
                form.setValue('contentType', template.contentType, { shouldDirty: true });
                if (template.url && !form.getValues('url')) form.setValue('url', template.url, { shouldDirty: true });
              }}
            >
              {template.name}
            </Button>
          ))}
        </p>
      </fieldset>
      <Text form={form} name="url" label="Address" help="((token)) in it stands for the token below." />
      <SecretField
        form={form}
        name="token"
        label="Token"
        setAt={setAt.token}
        help="Part of the address that is a secret, as Slack's. Empty: none."
      />
      <SecretField
        form={form}
        name="signingKey"
        label="Signing key"
        setAt={setAt.signingKey}
        help="Signs each message: X-Tessera-Signature: t=…,v1=HMAC-SHA256 of “t.body”. Empty: not signed."
      />
      <div className="field plain">
        <label htmlFor="channel-body">Body (Liquid)</label>
        <textarea
          {...form.register('body')}
          id="channel-body"
          className="input"
          spellCheck={false}
          aria-invalid={errors.body ? true : undefined}
        />
        {errors.body?.message ? <FieldError message={errors.body.message} /> : null}
      </div>
      <Text form={form} name="contentType" label="Content type" />
      <CaField form={form} />
    </>
  );
}

function SyslogFields({ form }: FieldsProps) {
  const transport = useWatch({ control: form.control, name: 'transport' });
  return (
    <>
      <div className="pair">
        <Text form={form} name="host" label="Syslog server" />
        <Text form={form} name="port" label="Port" />
      </div>
      <Choice
        form={form}
        name="transport"
        label="Transport"
        options={[
          ['tls', 'TLS (RFC 5425)'],
          ['tcp', 'TCP (RFC 6587)'],
        ]}
      />
      {transport === 'tls' ? (
        <>
          <Text
            form={form}
            name="permittedPeer"
            label="Permitted peer"
            help="Name or SHA-1 fingerprint of the server's certificate. Empty: the name above."
          />
          <CaField form={form} />
        </>
      ) : null}
    </>
  );
}

function Choice({
  form,
  name,
  label,
  options,
}: {
  form: ChannelForm;
  name: 'tls' | 'transport';
  label: string;
  options: readonly (readonly [value: string, word: string])[];
}) {
  return (
    <div className="field plain">
      <label htmlFor={`channel-${name}`}>{label}</label>
      <select {...form.register(name)} id={`channel-${name}`} className="input">
        {options.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </div>
  );
}

function CaField({ form }: { form: ChannelForm }) {
  const fault = form.formState.errors.caPem?.message;
  return (
    <div className="field plain">
      <label htmlFor="channel-ca">CA certificates (PEM)</label>
      <textarea
        {...form.register('caPem')}
        id="channel-ca"
        className="input pem"
        spellCheck={false}
        aria-invalid={fault ? true : undefined}
        placeholder="Empty: those this machine trusts"
      />
      {fault ? <FieldError message={fault} /> : null}
    </div>
  );
}

import type { ChannelKind } from '#model/channel.ts';
import { sendEmail } from './email.ts';
import { sendPagerDuty } from './pagerduty.ts';
import type { Send, Sending } from './sending.ts';
import { sendSyslog } from './syslog.ts';
import { sendWebhook } from './webhook.ts';

/** All kinds of channels; docs/add-a-channel.md says what else a new one needs. */
const CHANNELS = {
  email: sendEmail,
  pagerduty: sendPagerDuty,
  webhook: sendWebhook,
  syslog: sendSyslog,
} as const satisfies { [Kind in ChannelKind]: Send<Kind> };

/** Sends by the channel's kind; answers the receipt, throws DeliveryFault. */
export function send(sending: Sending): Promise<string> {
  const { config } = sending;
  switch (config.kind) {
    case 'email':
      return CHANNELS.email({ ...sending, config });
    case 'pagerduty':
      return CHANNELS.pagerduty({ ...sending, config });
    case 'webhook':
      return CHANNELS.webhook({ ...sending, config });
    case 'syslog':
      return CHANNELS.syslog({ ...sending, config });
  }
}

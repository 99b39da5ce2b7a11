import type { FormValues } from './form-values.ts';
import { type ProductFault, textOf, wrong } from './product-fault.ts';

/** TLS for syslog goes over tcp only and needs a peer and a CA; both tiles have such a form. */
export function faultsOfSyslog(values: FormValues, form: string, selector: string, caProperty: string): ProductFault[] {
  if (values[selector] !== 'enabled' || values[`${selector}.enabled.tls_enabled`] !== true) return [];
  const faults: ProductFault[] = [];
  const at = (name: string): string => `${selector}.enabled.${name}`;
  const transport = textOf(values, at('transport_protocol'));
  if (transport !== 'tcp')
    faults.push(
      wrong(
        form,
        at('transport_protocol'),
        `Transport protocol: TLS needs tcp, not ${transport}. Choose TCP or turn TLS off.`,
      ),
    );
  if (textOf(values, at('permitted_peer')) === '')
    faults.push(wrong(form, at('permitted_peer'), 'Permitted peer: TLS needs one. Fill it in or turn TLS off.'));
  if (textOf(values, at(caProperty)) === '')
    faults.push(wrong(form, at(caProperty), 'CA certificate: TLS needs one. Fill it in or turn TLS off.'));
  return faults;
}

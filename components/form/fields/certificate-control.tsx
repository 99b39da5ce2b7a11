'use client';

import { ShieldCheck } from 'lucide-react';
import { useFormContext, useWatch } from 'react-hook-form';
import { Button } from '#components/ui/button.tsx';
import { Day } from '#components/ui/time.tsx';
import { readCertificate } from '../certificate.ts';
import { useFormScope } from '../field-context.ts';
import { referenceOf } from '../field-name.ts';
import type { ControlProps } from '../field-props.ts';
import { SecretLeaf } from './credential-control.tsx';

/** Certificate and key: what it covers in words, the PEM folded, and Generate. */
export function CertificateControl({ field, name, id, describedBy, invalid, locked }: ControlProps) {
  const { control, register } = useFormContext();
  const { onGenerate } = useFormScope();
  const pem: unknown = useWatch({ control, name: `${name}.cert_pem` });
  const known = typeof pem === 'string' && pem.trim() !== '' ? readCertificate(pem) : null;
  return (
    <>
      {known ? (
        <div className="cert">
          <div>
            <small className="cap">Common name</small>
            {known.commonName || '–'}
          </div>
          <div>
            <small className="cap">Valid until</small>
            <Day at={known.notAfter} />
          </div>
          <div>
            <small className="cap">Names covered (SAN)</small>
            <span className="mono names">{known.names.join(', ') || 'none'}</span>
          </div>
          <div>
            <small className="cap">Issued by</small>
            {known.issuer || '–'}
          </div>
        </div>
      ) : null}
      <details>
        <summary className="link">{known ? 'Certificate PEM and key' : 'Paste a certificate and its key'}</summary>
        <div className="pem">
          <textarea
            {...register(`${name}.cert_pem`)}
            id={`${id}-pem`}
            className="input"
            rows={5}
            aria-label={`${field.label}: certificate PEM`}
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
            readOnly={locked !== null}
            spellCheck={false}
            placeholder="-----BEGIN CERTIFICATE-----"
          />
          <SecretLeaf name={`${name}.private_key_pem`} label="Private key" invalid={invalid} locked={locked} long />
        </div>
      </details>
      <p className="row">
        <Button
          small
          look={known ? 'default' : 'primary'}
          refusal={locked}
          onClick={() => onGenerate(referenceOf(name))}
        >
          <ShieldCheck className="i" aria-hidden="true" />
          Generate RSA certificate…
        </Button>
      </p>
    </>
  );
}

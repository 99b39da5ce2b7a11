'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import type { FormView } from '#model/form.ts';

const FORM = 'generate-certificate';

/** A certificate for the names typed, made and stored by the server: its key never reaches a browser. */
export function GenerateCertificate({
  view,
  reference,
  onClose,
}: {
  view: FormView;
  reference: string;
  onClose: () => void;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [domains, setDomains] = useState(() => hostnameOf(view));
  const generate = useMutation(
    trpc.products.generateCertificate.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries(trpc.products.form.queryFilter({ guid: view.guid }));
        onClose();
      },
    }),
  );
  const names = domains
    .split(/[,\s]+/)
    .map((name) => name.trim())
    .filter(Boolean);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (names.length > 0) generate.mutate({ guid: view.guid, form: view.form.name, reference, domains: names });
  };
  return (
    <Dialog
      title="Generate RSA certificate"
      description="Signed by this installation’s own authority and saved into the form at once. The key stays in the vault."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form={FORM}
            pending={generate.isPending}
            refusal={names.length === 0 ? 'give at least one domain' : null}
          >
            {generate.isPending ? 'Generating…' : 'Generate'}
          </Button>
        </>
      }
    >
      <form id={FORM} onSubmit={onSubmit}>
        <TextField
          label="Domains"
          value={domains}
          onChange={(event) => setDomains(event.target.value)}
          className="mono"
          autoComplete="off"
          spellCheck={false}
          error={generate.error ? refusalOf(generate.error).message : undefined}
          help="Separated by commas, plain or wildcard: api.pks.example.com, *.pks.example.com. A wildcard covers one level."
        />
      </form>
    </Dialog>
  );
}

/** The host name typed in the same form, and the wildcard of its domain. */
function hostnameOf(view: FormView): string {
  const field = view.form.fields.find(
    (candidate) => candidate.blueprint.type === 'domain' || candidate.reference.endsWith('hostname'),
  );
  const host = field ? view.values[field.reference] : null;
  if (typeof host !== 'string' || host === '') return '';
  const parent = host.split('.').slice(1).join('.');
  return parent.includes('.') ? `${host}, *.${parent}` : host;
}

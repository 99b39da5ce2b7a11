'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react';
import { FormProvider, useFormState, useWatch } from 'react-hook-form';
import { fieldId } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { FieldFault } from '#model/field.ts';
import type { FormView } from '#model/form.ts';
import { ChangesPanel } from './changes-panel.tsx';
import { ConflictList } from './conflict-list.tsx';
import { FormContext } from './field-context.ts';
import { fieldName } from './field-name.ts';
import { FieldShell } from './field-shell.tsx';
import { UnsavedGuard } from './unsaved-guard.tsx';
import { type ProductForm as FormState, useProductForm } from './use-product-form.ts';

const GenerateCertificate = dynamic(() =>
  import('./generate-certificate.tsx').then((module) => module.GenerateCertificate),
);

/** One form of a product, rendered from its blueprints. */
export function ProductForm({ guid, form, deleting }: { guid: string; form: string; deleting: boolean }) {
  const trpc = useTRPC();
  const view = useQuery(trpc.products.form.queryOptions({ guid, form }));
  if (view.error)
    return <ErrorView what="The form could not be read." error={view.error} onRetry={() => void view.refetch()} />;
  if (!view.data) return <SkeletonRows rows={8} label="Reading the form" />;
  return <OpenForm key={`${guid}/${form}`} view={view.data} deleting={deleting} />;
}

function OpenForm({ view, deleting }: { view: FormView; deleting: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const [generating, setGenerating] = useState<string | null>(null);
  const [blocking, setBlocking] = useState<FieldFault[]>([]);
  const summary = useRef<HTMLDivElement>(null);
  const save = useMutation(trpc.products.configure.mutationOptions());
  const state = useProductForm(view, save.isPending);
  const readOnly = readOnlyReason(rights['configure-product'], deleting);

  const onSave = () => {
    const wrong = state.faults().filter((fault) => fault.kind === 'wrong');
    setBlocking(wrong);
    if (wrong.length > 0) {
      void state.form.trigger();
      requestAnimationFrame(() => summary.current?.focus());
      return;
    }
    save.mutate(
      { guid: view.guid, form: view.form.name, version: state.base.version, values: state.toSend() },
      {
        onSuccess: ({ version }) => state.saved(version),
        onError: () => requestAnimationFrame(() => summary.current?.focus()),
        // the live stream would do it too; without it the form would stay locked
        onSettled: () => void queries.invalidateQueries(trpc.products.form.queryFilter({ guid: view.guid })),
      },
    );
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    onSave();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) onSave();
  };
  const scope = {
    view,
    onGenerate: setGenerating,
    readOnly,
    renderField: (field: FormView['form']['fields'][number], name?: string) => (
      <FieldShell
        key={name ?? field.reference}
        field={field}
        bare={name !== undefined}
        {...(name === undefined ? {} : { name })}
      />
    ),
  };

  return (
    <FormProvider {...state.form}>
      <FormContext value={scope}>
        {/* biome-ignore lint/a11y/noNoninteractiveElementInteractions: a shortcut of the whole form, beside its button */}
        <form className="card" aria-labelledby="form-title" onSubmit={onSubmit} onKeyDown={onKeyDown} noValidate>
          <header>
            <h2 id="form-title" className="grow">
              {view.form.label}
            </h2>
            <span className="cap">
              {view.changedAt ? (
                <>
                  Saved <Ago at={view.changedAt} /> by {view.changedBy}
                </>
              ) : (
                'Never saved: defaults'
              )}
            </span>
          </header>
          <div className="pad">
            {view.form.description ? <p className="muted form-lead">{view.form.description}</p> : null}
            <div ref={summary} tabIndex={-1} className="stack form-notes">
              <Refused blocking={blocking} error={save.error} />
              <ConflictList state={state} />
            </div>
            {view.form.fields.map((field) => (
              <FieldShell key={field.reference} field={field} />
            ))}
            {view.form.fields.length === 0 ? <p className="muted">Nothing to fill in.</p> : null}
          </div>
          <SaveBar state={state} pending={save.isPending} refusal={stale ?? readOnly} />
        </form>
        <ChangesPanel state={state} view={view} />
        <Guard state={state} onSave={onSave} />
        {generating ? (
          <GenerateCertificate view={view} reference={generating} onClose={() => setGenerating(null)} />
        ) : null}
      </FormContext>
    </FormProvider>
  );
}

function readOnlyReason(mayConfigure: boolean, deleting: boolean): string | null {
  if (!mayConfigure) return 'You may look, but not configure products.';
  return deleting ? 'The product is to be deleted; revert that to configure it.' : null;
}

/** Refusals in one place, each a way to its field. */
function Refused({ blocking, error }: { blocking: FieldFault[]; error: unknown }) {
  const refusal = error ? refusalOf(error) : null;
  if (blocking.length === 0 && !refusal) return null;
  return (
    <Callout
      state="failed"
      title={refusal?.code === 'stale_version' ? 'Someone else saved this form' : 'Not saved'}
      alert
    >
      {refusal && blocking.length === 0 ? <p>{refusal.message}</p> : null}
      {blocking.length > 0 ? (
        <ul>
          {blocking.map((fault) => (
            <li key={fault.path}>
              <a className="link" href={`#${fieldId(fieldName(fault.reference))}`}>
                {fault.message}
              </a>
            </li>
          ))}
        </ul>
      ) : null}
    </Callout>
  );
}

function SaveBar({ state, pending, refusal }: { state: FormState; pending: boolean; refusal: string | null }) {
  const { control } = state.form;
  const draft = useWatch({ control });
  const { errors } = useFormState({ control });
  const changes = state.changed(draft).length;
  const faults = Object.keys(errors).length;
  return (
    <footer className="savebar">
      {faults > 0 ? (
        <StateBadge state="attention" word={count(faults, 'field needs a look', 'fields need a look')} plain />
      ) : null}
      <span className="muted">
        {changes === 0 ? 'No unsaved edits.' : `${count(changes, 'unsaved edit')}. Nothing runs until Apply.`}
      </span>
      <Button
        look="ghost"
        className="push"
        refusal={changes === 0 ? 'there is nothing to discard' : null}
        onClick={state.discard}
      >
        Discard
      </Button>
      <Button
        type="submit"
        look="primary"
        pending={pending}
        refusal={refusal ?? (changes === 0 ? 'there is nothing to save' : null)}
        aria-keyshortcuts="Control+Enter Meta+Enter"
      >
        {pending ? 'Saving…' : 'Save'}
      </Button>
    </footer>
  );
}

function Guard({ state, onSave }: { state: FormState; onSave: () => void }) {
  const draft = useWatch({ control: state.form.control });
  return <UnsavedGuard count={state.changed(draft).length} onSave={onSave} onDiscard={state.discard} />;
}

'use client';

import { type InputHTMLAttributes, type ReactNode, useId } from 'react';

type TextFieldProps = InputHTMLAttributes<HTMLInputElement> & {
  label: ReactNode;
  help?: ReactNode;
  /** Refusal shown at the field. */
  error?: string | undefined;
  tag?: string;
};

/** A labelled input with help under the label's control and its refusal announced. */
export function TextField({ label, help, error, tag, id, className, ...input }: TextFieldProps) {
  const own = useId();
  const inputId = id ?? own;
  const helpId = `${inputId}-help`;
  const errorId = `${inputId}-error`;
  const described = [error ? errorId : null, help ? helpId : null].filter(Boolean).join(' ');
  return (
    <div className="field plain">
      <label htmlFor={inputId}>
        {label}
        {tag ? <span className="tag">{tag}</span> : null}
      </label>
      <input
        {...input}
        id={inputId}
        className={className ? `input ${className}` : 'input'}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
      />
      {error ? <FieldError id={errorId} message={error} /> : null}
      {help ? (
        <p className="help" id={helpId}>
          {help}
        </p>
      ) : null}
    </div>
  );
}

/** The sentence at a field that was refused. */
export function FieldError({ id, message }: { id?: string; message: string }) {
  return (
    <p className="fault" id={id} data-state="failed" role="alert">
      {message}
    </p>
  );
}

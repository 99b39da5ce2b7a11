import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from './link.tsx';
import { showToast } from './toast.tsx';

export type ButtonLook = 'default' | 'primary' | 'ghost' | 'danger';

const LOOKS = {
  default: 'btn',
  primary: 'btn primary',
  ghost: 'btn ghost',
  danger: 'btn warnish',
} as const satisfies Record<ButtonLook, string>;

export const buttonClass = (look: ButtonLook = 'default', small = false): string =>
  small ? `${LOOKS[look]} sm` : LOOKS[look];

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> & {
  look?: ButtonLook;
  small?: boolean;
  /** Why the button does nothing now; null or absent = it works. Shown as its tooltip and to screen readers. */
  refusal?: string | null | undefined;
  /** The deed is under way: a second press does nothing. */
  pending?: boolean;
};

/** A button. It is never silently disabled: with `refusal` it stays focusable and says why, to a press too (a finger sees no tooltip). */
export function Button({
  look,
  small,
  refusal,
  pending,
  onClick,
  type = 'button',
  className,
  children,
  title,
  ...rest
}: ButtonProps) {
  const blocked = Boolean(refusal) || pending === true;
  return (
    <button
      {...rest}
      // biome-ignore lint/a11y/useButtonType: the type comes from the caller and defaults to button
      type={type}
      className={className ? `${buttonClass(look, small)} ${className}` : buttonClass(look, small)}
      aria-disabled={blocked || undefined}
      aria-busy={pending || undefined}
      title={refusal ?? title}
      onClick={(event) => {
        if (blocked) {
          event.preventDefault();
          if (refusal) showToast('attention', `Not now: ${refusal}.`);
          return;
        }
        onClick?.(event);
      }}
    >
      {children}
      {refusal ? <span className="sr">. Not now: {refusal}</span> : null}
    </button>
  );
}

/** A link that looks like a button: for going somewhere, not for deeds. */
export function ButtonLink(props: { href: string; look?: ButtonLook; small?: boolean; children: ReactNode }) {
  return (
    <Link className={buttonClass(props.look, props.small)} href={props.href}>
      {props.children}
    </Link>
  );
}

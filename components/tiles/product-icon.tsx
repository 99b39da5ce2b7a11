import { Boxes, Container, Package, Server } from 'lucide-react';

const ICONS: Record<string, typeof Package> = {
  'p-bosh': Server,
  'pivotal-container-service': Boxes,
  'harbor-container-registry': Container,
};

/** The product's own picture, else ours for its slug. */
export function ProductIcon({ slug, icon }: { slug: string; icon?: string | null }) {
  // a picture made for paper may vanish in the dark theme: ours for what comes with Tessera
  if (icon && !(slug in ICONS)) return <img className="i" src={icon} alt="" width={16} height={16} />;
  const Icon = ICONS[slug] ?? Package;
  return <Icon className="i" aria-hidden="true" />;
}

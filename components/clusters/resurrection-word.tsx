import { links } from '#components/links.ts';
import { Link } from '#components/ui/link.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';

/** Stands wherever a cluster is named while dead VMs of it stay dead; leads to the switch. */
export function ResurrectionWord({ globally }: { globally: boolean }) {
  return (
    <Link
      className="badge tint"
      data-state="attention"
      href={`${links.health()}#repair`}
      title={
        globally ? 'Repair of dead VMs is switched off for all deployments' : 'Repair of dead VMs is switched off here'
      }
    >
      <StateShape state="attention" />
      Resurrection off
    </Link>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { asHeard, useUnheard } from '#components/live/use-unheard.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { ButtonLink } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count, formatClock, formatKib } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import type { UiState } from '#components/ui/state-shape.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { InstanceView, ProcessReport, ProcessState } from '#model/deployment.ts';

const SHOWN = {
  running: 'running',
  starting: 'working',
  failing: 'failed',
  stopped: 'stopped',
} as const satisfies Record<ProcessState, UiState>;

/** What one VM runs: each supervised process with its state, its life and its last end. */
export function ProcessesPage({ instance: id }: { instance: string }) {
  const trpc = useTRPC();
  const found = useQuery(trpc.instances.read.queryOptions({ instance: id }));
  if (found.error)
    return <ErrorView what="The VM could not be read." error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <SkeletonRows label="Reading processes" />;
  const instance = found.data;
  const name = `${instance.group}/${instance.index}`;
  return (
    <>
      <header className="head">
        <div>
          <h1>{name}</h1>
          <p>
            {count(instance.processes.length, 'process', 'processes')} on{' '}
            <span className="mono">{instance.address}</span> in {instance.az}, part of {instance.deployment}
            {instance.lastHeardAt ? (
              <>
                {' '}
                · heard <Ago at={instance.lastHeardAt} />
              </>
            ) : null}
          </p>
        </div>
        <div className="actions">
          <ButtonLink href={links.infrastructure(instance.address)}>Power and restart</ButtonLink>
        </div>
      </header>
      <Processes instance={instance} />
      <CliLine command={cliTwins.deployedStatus(instance.deployment)} />
    </>
  );
}

function Processes({ instance }: { instance: InstanceView }) {
  // what a process last said is only a memory once its VM is not heard
  const unheard = useUnheard() || instance.jobState === 'unresponsive agent';
  if (instance.processes.length === 0) {
    return (
      <Card>
        <Empty sentence="No process was reported: no job was applied to this VM yet." />
      </Card>
    );
  }
  return (
    <Card title="Processes" aside={<span className="cap">{unheard ? 'as last heard' : 'live'}</span>}>
      <TableBox label="Processes">
        <table className={unheard ? 'table infra processes stale' : 'table infra processes'}>
          <thead>
            <tr>
              <th>Process</th>
              <th>State</th>
              <th className="num">PID</th>
              <th className="num">Uptime</th>
              <th className="num">CPU</th>
              <th className="num">Memory</th>
              <th className="num">Restarts</th>
              <th>Last exit</th>
              <th>Job</th>
            </tr>
          </thead>
          <tbody>
            {instance.processes.map((process) => (
              <ProcessRow key={process.name} process={process} unheard={unheard} />
            ))}
          </tbody>
        </table>
      </TableBox>
    </Card>
  );
}

function ProcessRow({ process, unheard }: { process: ProcessReport; unheard: boolean }) {
  return (
    <tr>
      <th scope="row">{process.name}</th>
      <td data-name="State">
        <StateBadge state={asHeard(SHOWN[process.state], unheard)} word={unheard ? 'unknown' : process.state} plain />
      </td>
      <td data-name="PID" className="num mono">
        {process.pid ?? '–'}
      </td>
      <td data-name="Uptime" className="num">
        {process.uptimeSeconds === null ? '–' : formatClock(process.uptimeSeconds * 1000)}
      </td>
      <td data-name="CPU" className="num">
        {process.cpuPercent === null ? '–' : `${process.cpuPercent} %`}
      </td>
      <td data-name="Memory" className="num">
        {process.memoryKib === null ? '–' : formatKib(process.memoryKib)}
      </td>
      <td data-name="Restarts" className="num">
        {process.restarts}
      </td>
      <td data-name="Last exit" className="last-exit">
        {process.lastExit ?? '–'}
      </td>
      <td className="job" data-name="Job">
        {process.job}
      </td>
    </tr>
  );
}

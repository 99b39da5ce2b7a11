import type { ChangePlan, Lane, Stage, Step, VmDiff } from '#model/change.ts';
import type { CloudConfig } from '#model/cloud-config.ts';
import type { InstanceGroup, Manifest } from '#model/manifest.ts';
import { TesseraError } from '#server/platform/error.ts';
import { createSteps, deleteVmSteps, destroySteps, drainSteps, laneOf, nameOf, startSteps } from './lanes.ts';
import { type Existing, type Placed, placeInstances } from './place-instances.ts';

/** An instance as the planner sees it. `changed`: its jobs differ from what it runs; `outdated`: its VM must be recreated (stemcell, VM type, AZ). */
export type ExistingInstance = Existing & { vmCid: string | null; vmType: string; stemcell: string };

export type DeploymentPlan = ChangePlan & { diff: VmDiff };

type PlannedInstance = Placed & { vmType: string; stemcell: string; network: string; persistentDisk: number };

/**
 * Desired manifest + existing instances → stages. Pure.
 * Order: prepare rows and variables → delete what is gone (drained) → create all missing VMs side by side → start the new ones →
 * update the old ones group by group, canary first, then max in flight → errands.
 */
export function planDeployment(input: {
  manifest: Manifest;
  existing: ExistingInstance[];
  cloudConfig: CloudConfig;
  newId: () => string;
  /** Shown before each stage title when several deployments share a run. */
  label?: string;
}): DeploymentPlan {
  const { manifest, cloudConfig } = input;
  const watchTimeMs = manifest.update.update_watch_time;
  checkAgainstCloudConfig(manifest, cloudConfig);
  const stemcell = `${manifest.stemcell.os}/${manifest.stemcell.version}`;
  const placements = manifest.instance_groups.map((group) => ({
    group,
    placement: placeInstances(
      group,
      input.existing.filter((instance) => instance.group === group.name),
      input.newId,
    ),
  }));
  const wantedGroups = new Set(manifest.instance_groups.map((group) => group.name));
  const removed = [
    ...input.existing.filter((instance) => !wantedGroups.has(instance.group)),
    ...placements.flatMap(({ placement }) => placement.remove),
  ];
  const created = placements.flatMap(({ group, placement }) =>
    placement.create.map((placed) => planned(placed, group, stemcell)),
  );
  const kept = placements.flatMap(({ group, placement }) =>
    placement.keep.map((instance) => ({
      ...planned(instance, group, stemcell),
      before: input.existing.find((old) => old.id === instance.id),
    })),
  );
  const outdated = kept.filter((instance) => instance.before && needsNewVm(instance, instance.before));
  const updated = kept.filter((instance) => !outdated.includes(instance));

  const stages: Stage[] = [prepareStage(manifest, [...created, ...kept], removed)];
  if (removed.length > 0)
    stages.push({
      title: `Delete ${count(removed.length, 'instance')}`,
      batches: [removed.map((instance) => laneOf(instance, [...drainSteps(instance), ...destroySteps(instance)]))],
    });
  if (created.length > 0) {
    stages.push({
      title: `Create ${count(created.length, 'VM')}`,
      batches: [created.map((instance) => laneOf(instance, createSteps(instance)))],
    });
    stages.push({
      title: `Start ${count(created.length, 'instance')}`,
      batches: [created.map((instance) => laneOf(instance, startSteps(instance, watchTimeMs)))],
    });
  }
  for (const group of manifest.instance_groups) {
    const recreate = outdated.filter((instance) => instance.group === group.name);
    const update = updated.filter((instance) => instance.group === group.name);
    const lanes = [
      ...recreate.map((instance) =>
        laneOf(instance, [
          ...drainSteps(instance),
          ...deleteVmSteps(instance),
          ...createSteps(instance),
          ...startSteps(instance, watchTimeMs),
        ]),
      ),
      ...update.map((instance) => laneOf(instance, startSteps(instance, watchTimeMs))),
    ];
    if (lanes.length > 0) stages.push({ title: `Update ${group.name}`, batches: inBatches(lanes, manifest) });
  }
  stages.push(...errandStages(manifest, [...kept, ...created]));
  const labelled = input.label
    ? stages.map((stage) => ({ ...stage, title: `${input.label}: ${stage.title}` }))
    : stages;
  return {
    stages: labelled,
    diff: {
      create: created.map(nameOf),
      update: updated.map(nameOf),
      recreate: outdated.map(nameOf),
      delete: removed.map(nameOf),
    },
  };
}

/** Everything of a deployment away, in one go: drains are skipped, as BOSH does for a whole deployment. */
export function planDeletion(deployment: string, existing: ExistingInstance[]): ChangePlan {
  const forget: Step = { kind: 'delete-deployment', title: `forget ${deployment}`, input: { deployment } };
  const stages: Stage[] = [];
  if (existing.length > 0)
    stages.push({
      title: `Delete ${count(existing.length, 'instance')}`,
      batches: [existing.map((instance) => laneOf(instance, destroySteps(instance)))],
    });
  stages.push({ title: 'Clean up', batches: [[{ subject: deployment, az: null, steps: [forget] }]] });
  return { stages };
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

function planned(placed: Placed, group: InstanceGroup, stemcell: string): PlannedInstance {
  return { ...placed, vmType: group.vm_type, stemcell, network: group.network, persistentDisk: group.persistent_disk };
}

function needsNewVm(wanted: PlannedInstance, before: ExistingInstance): boolean {
  return before.vmType !== wanted.vmType || before.stemcell !== wanted.stemcell || before.vmCid === null;
}

function prepareStage(manifest: Manifest, wanted: PlannedInstance[], removed: { id: string }[]): Stage {
  const rows = wanted.map(({ id, group, index, az, bootstrap, vmType, stemcell, network, persistentDisk }) => ({
    id,
    group,
    index,
    az,
    bootstrap,
    vmType,
    stemcell,
    network,
    persistentDisk,
  }));
  return {
    title: 'Prepare',
    batches: [
      [
        {
          subject: manifest.name,
          az: null,
          steps: [
            {
              kind: 'ensure-stemcell',
              title: `have stemcell ${manifest.stemcell.os} ${manifest.stemcell.version}`,
              input: { ...manifest.stemcell },
            },
            { kind: 'save-manifest', title: 'save manifest, reserve addresses', input: { manifest, instances: rows } },
            {
              kind: 'generate-variables',
              title: 'generate certificates and passwords',
              input: { deployment: manifest.name, removed: removed.map((instance) => instance.id) },
            },
          ],
        },
      ],
    ],
  };
}

function inBatches(lanes: Lane[], manifest: Manifest): Lane[][] {
  const { canaries, max_in_flight: maxInFlight } = manifest.update;
  const batches: Lane[][] = [];
  const rest = [...lanes];
  if (canaries > 0 && rest.length > 0) batches.push(rest.splice(0, canaries));
  while (rest.length > 0) batches.push(rest.splice(0, maxInFlight));
  return batches;
}

function errandStages(manifest: Manifest, instances: PlannedInstance[]): Stage[] {
  return manifest.post_deploy_errands.map((errand) => {
    const runner = instances.filter((instance) => instance.group === errand.group).sort((a, b) => a.index - b.index)[0];
    if (!runner)
      throw new TesseraError(
        'invalid_input',
        `Errand ${errand.job} needs an instance of group ${errand.group}, and there is none.`,
      );
    const name = nameOf(runner);
    return {
      title: `Errand ${errand.job}`,
      batches: [
        [
          {
            subject: name,
            az: runner.az,
            steps: [
              {
                kind: 'run-errand',
                title: `run errand ${errand.job} on ${name}`,
                input: { instance: runner.id, job: errand.job },
              },
            ],
          },
        ],
      ],
    };
  });
}

function checkAgainstCloudConfig(manifest: Manifest, cloudConfig: CloudConfig): void {
  const azs = new Set(cloudConfig.azs.map((az) => az.name));
  const vmTypes = new Set(cloudConfig.vm_types.map((vmType) => vmType.name));
  const networks = new Set(cloudConfig.networks.map((network) => network.name));
  for (const group of manifest.instance_groups) {
    const strange = group.azs.find((az) => !azs.has(az));
    if (strange) {
      throw new TesseraError(
        'invalid_input',
        `Group ${group.name} wants AZ ${strange}, which the director does not have (it has ${[...azs].join(', ')}).`,
      );
    }
    if (!vmTypes.has(group.vm_type))
      throw new TesseraError(
        'invalid_input',
        `Group ${group.name} wants VM type ${group.vm_type}, which does not exist.`,
      );
    if (!networks.has(group.network))
      throw new TesseraError(
        'invalid_input',
        `Group ${group.name} wants network ${group.network}, which does not exist.`,
      );
  }
}

import type { StepKind } from '#model/change.ts';
import type { AnyStep } from './step.ts';
import { applySpec } from './steps/apply-spec.ts';
import { awaitEtcdMember } from './steps/await-etcd-member.ts';
import { beginAnew } from './steps/begin-anew.ts';
import { buildStemcellPart } from './steps/build-stemcell-part.ts';
import { checkCpi } from './steps/check-cpi.ts';
import { checkDrill } from './steps/check-drill.ts';
import { createNetwork } from './steps/create-network.ts';
import { createVm } from './steps/create-vm.ts';
import { deleteDeployment } from './steps/delete-deployment.ts';
import { deleteDisk } from './steps/delete-disk.ts';
import { deleteInstance } from './steps/delete-instance.ts';
import { deleteVm } from './steps/delete-vm.ts';
import { deploySampleStep } from './steps/deploy-sample.ts';
import { drainInstance } from './steps/drain-instance.ts';
import { ensureStemcell } from './steps/ensure-stemcell.ts';
import { exchangeEtcdMember } from './steps/exchange-etcd-member.ts';
import { finishCluster } from './steps/finish-cluster.ts';
import { finishProduct } from './steps/finish-product.ts';
import { generateVariablesStep } from './steps/generate-variables.ts';
import { injectFault } from './steps/inject-fault.ts';
import { judgeDrill } from './steps/judge-drill.ts';
import { noteDeployed } from './steps/note-deployed.ts';
import { placeInstance } from './steps/place-instance.ts';
import { placeSampleImage } from './steps/place-sample-image.ts';
import { powerOffVm } from './steps/power-off-vm.ts';
import { powerOnVm } from './steps/power-on-vm.ts';
import { prepareDatastore } from './steps/prepare-datastore.ts';
import { removeSampleStep } from './steps/remove-sample.ts';
import { returnToServiceStep } from './steps/return-to-service.ts';
import { runErrand } from './steps/run-errand.ts';
import { saveManifest } from './steps/save-manifest.ts';
import { setWanted } from './steps/set-wanted.ts';
import { startProbes } from './steps/start-probes.ts';
import { switchAz } from './steps/switch-az.ts';
import { takeOutOfServiceStep } from './steps/take-out-of-service.ts';
import { undoFault } from './steps/undo-fault.ts';
import { waitForAgent } from './steps/wait-for-agent.ts';
import { waitHealthy } from './steps/wait-healthy.ts';
import { watchRecovery } from './steps/watch-recovery.ts';

/** Every kind of step a change plan may hold. A forgotten kind does not compile. */
export const steps = {
  'check-cpi': checkCpi,
  'create-network': createNetwork,
  'prepare-datastore': prepareDatastore,
  'ensure-stemcell': ensureStemcell,
  'build-stemcell-part': buildStemcellPart,
  'save-manifest': saveManifest,
  'generate-variables': generateVariablesStep,
  'create-vm': createVm,
  'wait-for-agent': waitForAgent,
  'apply-spec': applySpec,
  'wait-healthy': waitHealthy,
  'drain-instance': drainInstance,
  'delete-vm': deleteVm,
  'delete-disk': deleteDisk,
  'delete-instance': deleteInstance,
  'delete-deployment': deleteDeployment,
  'run-errand': runErrand,
  'note-deployed': noteDeployed,
  'finish-product': finishProduct,
  'finish-cluster': finishCluster,
  'take-out-of-service': takeOutOfServiceStep,
  'return-to-service': returnToServiceStep,
  'exchange-etcd-member': exchangeEtcdMember,
  'await-etcd-member': awaitEtcdMember,
  'place-instance': placeInstance,
  'set-wanted': setWanted,
  'power-off-vm': powerOffVm,
  'power-on-vm': powerOnVm,
  'begin-anew': beginAnew,
  'place-sample-image': placeSampleImage,
  'deploy-sample': deploySampleStep,
  'remove-sample': removeSampleStep,
  'switch-az': switchAz,
  'check-drill': checkDrill,
  'start-probes': startProbes,
  'inject-fault': injectFault,
  'watch-recovery': watchRecovery,
  'undo-fault': undoFault,
  'judge-drill': judgeDrill,
} satisfies Record<StepKind, AnyStep>;

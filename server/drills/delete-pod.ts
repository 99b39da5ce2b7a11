import { inTransaction } from '#db/transaction.ts';
import type { Victim } from '#model/drill.ts';
import type { PodView } from '#model/workload.ts';
import { KubeApi } from '#server/kubernetes/kube-api.ts';
import { readKubeAccess } from '#server/kubernetes/read-kube-access.ts';
import { TesseraError } from '#server/platform/error.ts';
import { applicationPods, type DrillFacts, isKept } from './drill-facts.ts';
import type { FaultContext, FaultKind, FaultOrder } from './fault-kind.ts';
import { moveWithin, objectivesOf } from './objectives.ts';

/** Pod layer: `kubectl delete pod`, and its keeper makes another one. */
export const deletePod: FaultKind = {
  title: 'Delete a pod',
  candidates: (facts, { pod }) => {
    const named = facts.workloads.pods.filter((one) => pod !== null && `${one.namespace}/${one.name}` === pod);
    const system = facts.workloads.pods.filter((one) => one.system && one.ready && isKept(one));
    return [...(pod === null ? applicationPods(facts) : named), ...(pod === null ? system : [])].map(toVictim);
  },
  nobody: 'no ready pod of this cluster has a keeper (Deployment, StatefulSet, ReplicationController)',
  hits: (facts, victim) => ({ instances: [], pods: podsOf(facts, victim), members: 0, lasting: true }),
  checks: (facts, victim) => {
    const [pod] = podsOf(facts, victim);
    if (!pod) return [{ name: 'Pod', verdict: 'red', sentence: 'The pod is gone already. Choose another one.' }];
    return pod.keeper === null
      ? [{ name: 'Pod', verdict: 'red', sentence: `Nobody keeps ${pod.name}: it would not come back.` }]
      : [{ name: 'Pod', verdict: 'green', sentence: `${pod.keeper} keeps ${pod.name} and makes another one.` }];
  },
  objectives: (facts, victim) => objectivesOf({ podsBackMs: moveWithin(podsOf(facts, victim)) }),
  expects: ({ victim, deployment }) => ({
    subjects: victim.type === 'pod' ? [`pod/${deployment}/${victim.namespace}/${victim.name}`] : [],
    healths: [],
    capacity: 'none',
    heals: 'by repair',
  }),
  deadlineMs: 60_000,
  told: (victim) => (victim.type === 'pod' ? `The pod ${victim.name} was deleted` : 'A pod was deleted'),
  inject: async (context, order) => {
    const { victim } = order;
    if (victim.type !== 'pod') throw new TesseraError('invalid_input', 'The victim is no pod.');
    const path = `/api/v1/namespaces/${victim.namespace}/pods/${victim.name}`;
    await withCluster(context, order, (api) => api.send({ method: 'DELETE', path, signal: context.signal }));
    return `kubectl delete pod -n ${victim.namespace} ${victim.name}`;
  },
  undo: async () => 'a deleted pod is replaced, not undone',
};

async function withCluster<T>(context: FaultContext, order: FaultOrder, ask: (api: KubeApi) => Promise<T>): Promise<T> {
  const access = await inTransaction(context.pool, (tx) => readKubeAccess(tx, context.vault, order.clusterUuid));
  const api = new KubeApi(access);
  try {
    return await ask(api);
  } finally {
    await api.close();
  }
}

const toVictim = ({ namespace, name, node }: PodView): Victim => ({ type: 'pod', namespace, name, node });

const podsOf = (facts: DrillFacts, victim: Victim): PodView[] =>
  facts.workloads.pods.filter(
    (pod) => victim.type === 'pod' && pod.namespace === victim.namespace && pod.name === victim.name,
  );

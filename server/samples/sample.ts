import type { SampleId, SampleRequest } from '#model/sample.ts';

/** One YAML file of a sample, as `kubectl create -f` takes it. */
export type SampleFile = { name: string; content: string };

/** What is known of a sample before it is anywhere. */
export type Sample = {
  id: SampleId;
  name: string;
  description: string;
  /** Repository name of its image; `version` null = whatever the stemcell carries. */
  image: { repository: string; version: string | null };
  /** Whether its archive is made when somebody first asks for it, and not with the stemcell. */
  onRequest: boolean;
  /** In the order in which they are applied; removed the other way round. `image` is the full name with its version. */
  files: (image: string) => SampleFile[];
  namespace: string;
  /** What keeps its pods. */
  keeper: { kind: 'ReplicationController' | 'Deployment'; name: string };
  /** Its Service of type NodePort. */
  service: string;
  requests: SampleRequest[];
  dataCheck: string | null;
  /** Seconds that its pods may take to become ready. */
  readyWithinSeconds: number;
};

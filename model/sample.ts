import { z } from 'zod';

/** Applications that come with Tessera, one click on a cluster each. */
export const SAMPLES = ['nginx', 'elasticsearch', 'orders'] as const;
export const SampleId = z.enum(SAMPLES);
/** `orders` is the light stand-in of the shape of Elasticsearch: same requests, same volume, 16 MiB. */
export type SampleId = z.infer<typeof SampleId>;

export const SAMPLE_STATES = ['deploying', 'running', 'removing', 'failed'] as const;
export type SampleState = (typeof SAMPLE_STATES)[number];

/** One request of a sample. `path` begins with /; `expect` is text that the answer must hold. */
export type SampleRequest = {
  id: string;
  name: string;
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  path: string;
  body: string | null;
  expect: string;
};

export type SampleView = {
  id: SampleId;
  name: string;
  description: string;
  /** YAML as `kubectl create -f` takes it. */
  manifest: string;
  requests: SampleRequest[];
  state: SampleState | null;
  taskId: number | null;
  /** `http://<node address>:<node port>` of every node once deployed. */
  addresses: string[];
  /** The request that is asked again after every drill. */
  dataCheck: string | null;
};

/** `status` null: nobody answered. `address`: the one that did, or was asked last. */
export type SampleAnswer = {
  status: number | null;
  ms: number;
  body: string;
  ok: boolean;
  error: string | null;
  address: string;
};

import type { Container } from './engine.ts';
import { runInVm } from './vm-processes.ts';

/** etcdctl in the VM of a master, as an operator runs it there; answers what it prints. */
export const etcdctl = (master: Container, ...words: string[]): Promise<string> =>
  runInVm(master.pid, '/var/vcap/jobs/etcd/bin/etcdctl', ...words);

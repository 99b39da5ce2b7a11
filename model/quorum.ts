/** What a cluster's masters can still lose. `needed` is the majority of `total`; `tolerates` how many more may go before writes stop. */
export type Quorum = { running: number; total: number; needed: number; tolerates: number; isHeld: boolean };

/** `running` of `total` masters have a voting etcd member that answers. */
export function quorumOf(running: number, total: number): Quorum {
  const needed = Math.floor(total / 2) + 1;
  const tolerates = Math.max(0, running - needed);
  return { running, total, needed, tolerates, isHeld: total > 0 && running >= needed };
}

/** "3 of 3, tolerates 1" · "2 of 3, tolerates 0" · "1 of 3, no quorum". */
export function quorumSentence(quorum: Quorum): string {
  const count = `${quorum.running} of ${quorum.total}`;
  return quorum.isHeld ? `${count}, tolerates ${quorum.tolerates}` : `${count}, no quorum`;
}

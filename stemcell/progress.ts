/** What a build says while it works. `done` and `total` count in the unit of the stage (bytes, packages, files); total 0 = not known. */
export type BuildProgress = { stage: string; done: number; total: number; message: string };

/** Passed to every build function. `cache` is the folder of TESSERA_CACHE. */
export type BuildContext = {
  cache: string;
  signal: AbortSignal;
  progress: (progress: BuildProgress) => void;
};

import { z } from 'zod';
import { buildStemcellParts, type StemcellPart } from '#server/stemcells/build-stemcell-steps.ts';
import { defineStep } from '../step.ts';

/** One part of a stemcell build (rootfs, binaries, images, assemble, import, verify); each is cached by its inputs. */
export const buildStemcellPart = defineStep({
  input: z.strictObject({ stemcell: z.string(), part: z.string() }),
  interruptible: true,
  run: async (context, { stemcell, part }) => {
    const found: StemcellPart | undefined = buildStemcellParts(stemcell).find((candidate) => candidate.name === part);
    if (!found) throw new Error(`stemcell part ${part} does not exist`);
    await found.run(context);
  },
});

import { listStemcells } from '#server/stemcells/list-stemcells.ts';
import { procedureFor, router } from './trpc.ts';

export const stemcellsRouter = router({
  list: procedureFor('view').query(({ ctx }) => listStemcells(ctx.tx)),
});

import { z } from 'zod';

/**
 * What takes longer to make than an answer should: answered with 202 and `working` until it is done. `asked`: by what it
 * is told apart from others, in both.
 */
export function longAnswer<Asked extends z.ZodRawShape, Made extends z.ZodRawShape>(
  id: string,
  asked: Asked,
  made: Made,
) {
  return {
    working: z.strictObject({ state: z.literal('working'), ...asked }).meta({ id: `Pending${id}` }),
    done: z
      .strictObject({ state: z.literal('done'), ...asked, ...made })
      .meta({ id: `Finished${id}` }),
  };
}

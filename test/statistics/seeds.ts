/** How many the adviser is judged on: `npm run suite -- statistics` takes 100, of which CI takes the first of each task, 20 in all. */
export const SEEDS = Number(process.env['PARTITA_SEEDS'] ?? 100);

/** What the candidate that averages others is called; no algorithm that a spec could name. */
export const ENSEMBLE = 'ensemble';

/** The number of every lock that is none of a table's: they are one space for the whole database, so they stand together. */
export const ADVISORY_LOCKS = {
  /** Taken by the trigger of a migration, which says the number itself: who adds an audit event. */
  audit: 7_216_423,
  /** The one process that tells what waits in the outbox: for as long as a receiver takes. */
  telling: 7_216_424,
  /** Who opens the tables to the application's account. */
  opening: 7_216_425,
  /** Who changes a quarantine. */
  quarantine: 7_216_426,
  /** Who adds an audit event that stands once. */
  once: 7_216_427,
} as const;

/**
 * Under this name Temporal's interceptors hand a trace on, from who starts a workflow to it and to its activities. What was
 * started without is not traced.
 */
export const TRACE_HEADER = '_tracer-data';

/** The staff API as the app uses it: calls, their types, and what can go wrong. */
export * from './calls';
export { ask, onSignedOut, path } from './client';
export { type DesktopSetup, desktop, type Update } from './desktop';
export * from './events';
export { digitsOf, parseExact, writeExact } from './exact';
export type * from './fhir';
export { type FileBegun, type FileShown, files, type UnfinishedFiles } from './files';
export { Problem, Unreachable } from './problem';
export * from './schedule';
export type * from './types';
export * from './visits';

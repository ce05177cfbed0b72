export * from './entry';
export type { Tile } from './media/tiles';

// What a page needs in the visit itself, beside the engine.

export { attach, holdSounds } from './media/play';
export { midOf } from './room/Engine';
export { picturesOf } from './seal/pictures';

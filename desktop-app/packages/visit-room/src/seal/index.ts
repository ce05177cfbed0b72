export { Seals, sealedOptions } from './attach';
export { sealingOf } from './feature';
export { type SealState, sealStateOf } from './judge';
export { PICTURES, picturesOf } from './pictures';
export { newSecret, PHRASE_LENGTH, PHRASE_OF, type Secret, secretOf } from './secret';

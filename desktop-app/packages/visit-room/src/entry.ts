// What a page needs before "Join": the address, the socket, the device check. Sound, pictures and seals are fetched later.
export { choosesSpeaker, type Device, hasWebRtc, list, sharesScreen } from './devices/devices';
export type { DeviceFault } from './devices/faults';
export { type PathFound, tryPath } from './devices/network';
export { meter, tone } from './devices/sound';
export { type Address, addressOf, payloadOf } from './link/address';
export { VisitProblem } from './link/outbox';
export * from './messages';
export type { Banner } from './room/banner';
export type { LocalView } from './room/Local';
export { Room, type RoomView } from './room/Room';
export { qualityShown } from './room/state';
export { sealingOf } from './seal/feature';
export type { SealState } from './seal/judge';

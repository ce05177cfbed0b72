import type { I18n } from '@holdfast/i18n';
import type { MarkKind } from '@holdfast/ui';
import type { Banner, DeviceFault, Quality, Role, TroubleKind } from '@holdfast/visit-room';

/** A connection in words, with the shape of its mark. */
export function qualityWords(i18n: I18n, quality: Quality): { kind: MarkKind; text: string } {
  const words: Record<Quality, { kind: MarkKind; text: string }> = {
    good: { kind: 'ok', text: i18n.t('Good connection') },
    fair: { kind: 'warn', text: i18n.t('Weak connection: short gaps') },
    poor: { kind: 'danger', text: i18n.t('Bad connection: hard to follow') },
    lost: { kind: 'danger', text: i18n.t('Nothing comes at the moment') },
  };
  return words[quality];
}

export function roleWords(i18n: I18n, role: Role): string {
  const words: Record<Role, string> = {
    patient: i18n.t('Patient'),
    family: i18n.t('Family'),
    interpreter: i18n.t('Interpreter'),
    clinician: i18n.t('Clinician'),
  };
  return words[role];
}

export function troubleWords(i18n: I18n, kind: TroubleKind): string {
  const words: Record<TroubleKind, string> = {
    'no-sound': i18n.t('hears nothing'),
    'no-picture': i18n.t('sees nothing'),
    'not-heard': i18n.t('says that they are not heard'),
    'not-seen': i18n.t('says that they are not seen'),
    'breaks-up': i18n.t('says that it breaks up'),
    help: i18n.t('needs help'),
  };
  return words[kind];
}

export function deviceWords(i18n: I18n, fault: DeviceFault): string {
  const words: Record<DeviceFault, string> = {
    denied: i18n.t('It may not be used here: allow it beside the address, then try again.'),
    blocked: i18n.t('This computer does not let the app use it. Ask whoever looks after the system.'),
    none: i18n.t('There is none. Connect one, or go on without.'),
    'in-use': i18n.t('Another program uses it. Close that one, then try again.'),
    insecure: i18n.t('The app did not come by a secure address (https), so that there is none.'),
    unsupported: i18n.t('This window has none for the app.'),
    failed: i18n.t('It did not start. Try again, or go on without.'),
  };
  return words[fault];
}

/** What is away, and what happens next. */
export function bannerWords(i18n: I18n, banner: Banner): string {
  switch (banner.is) {
    case 'offline':
      return i18n.t('This computer has no network. The visit comes back by itself as soon as it has.');
    case 'clinic-away':
      return i18n.t('The clinic’s node does not answer. We go on trying. If it takes longer, call the patient.');
    case 'clinic-away-media-on':
      return i18n.t('You can go on talking. Messages, and letting people in, wait until the clinic’s node is back.');
    case 'relay-away':
      return i18n.t('The media relay is being restarted: seconds. The visit comes back by itself.');
    case 'relay-full':
      return i18n.t('The media relay is full: it takes no further visit at the moment. Call the patient, or wait.');
    case 'reconnecting':
      return banner.isLong
        ? i18n.t('The connection does not come back. Go on by telephone.')
        : i18n.t('The connection broke, and comes back by itself.');
    case 'other-away':
      return i18n.t('{name} is being reconnected.', { name: banner.name });
    case 'level':
      if (banner.level === 3) return i18n.t('The connection is too weak to talk. Go on by telephone.');
      return banner.level === 2
        ? i18n.t('Pictures are off for now, so that sound stays good. They come back by themselves.')
        : i18n.t('Pictures are smaller for now, so that sound stays good.');
  }
}

import { api, Problem } from '@holdfast/api';
import { afterEach, expect, test, vi } from 'vitest';
import { keepDraft } from './place';

afterEach(() => vi.restoreAllMocks());

const draft = { form: 'note', patient: 'p1', body: { id: 'n1', text: 'Fever' } };
const own = () => ({ key: 'note:p1~x', apart: 'n2', body: { id: 'n2', text: 'Fever' } });
const kept = (body: unknown, version: string) => ({ key: 'note:p1', form: 'note', savedMs: 1, body, version });

test('a draft is kept upon what this window has seen', async () => {
  const save = vi.spyOn(api, 'saveDraft').mockResolvedValue(kept(draft.body, 'v2'));
  expect(await keepDraft({ key: 'note:p1', version: 'v1' }, draft, own)).toEqual({ key: 'note:p1', version: 'v2' });
  expect(save.mock.calls).toEqual([['note:p1', draft, 'v1']]);
});

test.each(['stale-version', 'exists'])(
  '%s: what another window keeps stays, and this one keeps its own',
  async (code) => {
    const save = vi
      .spyOn(api, 'saveDraft')
      .mockRejectedValueOnce(new Problem(412, { code }))
      .mockResolvedValueOnce(kept(own().body, 'v1'));
    vi.spyOn(api, 'drafts').mockResolvedValue([kept({ id: 'n1', text: 'Cough' }, 'v7')]);
    const place = await keepDraft({ key: 'note:p1', version: 'v1' }, draft, own);
    expect(place).toEqual({ key: 'note:p1~x', version: 'v1', apart: 'n2' });
    expect(save.mock.calls[1]).toEqual(['note:p1~x', { ...draft, body: own().body }]);
  },
);

test('what another window has signed is not kept as its draft again', async () => {
  vi.spyOn(api, 'saveDraft')
    .mockRejectedValueOnce(new Problem(412, { code: 'stale-version' }))
    .mockResolvedValueOnce(kept(own().body, 'v1'));
  vi.spyOn(api, 'drafts').mockResolvedValue([]);
  expect((await keepDraft({ key: 'note:p1', version: 'v1' }, draft, own)).key).toBe('note:p1~x');
});

test('after a lost answer the draft that is there is its own', async () => {
  vi.spyOn(api, 'saveDraft').mockRejectedValueOnce(new Problem(412, { code: 'stale-version' }));
  vi.spyOn(api, 'drafts').mockResolvedValue([kept(draft.body, 'v2')]);
  expect(await keepDraft({ key: 'note:p1', version: 'v1' }, draft, own)).toEqual({ key: 'note:p1', version: 'v2' });
});

test('a host that is away is tried again, not left', async () => {
  vi.spyOn(api, 'saveDraft').mockRejectedValueOnce(new Problem(503, { code: 'closed' }));
  await expect(keepDraft({ key: 'note:p1' }, draft, own)).rejects.toThrow();
});

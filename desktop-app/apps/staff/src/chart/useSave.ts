import { api, type Chart, type ChartRecord, type FhirResource, Problem, type Saved } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useLocation } from 'wouter';
import { troubleOf } from '../problems/words';
import { enteredInError } from './inError';
import { findInChart, placeInChart, removeFromChart } from './placeInChart';

export type Saveable = FhirResource & { id: string };

export interface SaveRequest {
  resources: Saveable[];
  /** What was saved, for the message: "Allergy to penicillin". */
  what: string;
  /** By id, the versions that were on the screen when a form was opened; without one, the one that is there now. */
  seen?: Record<string, string>;
  /** A signed note cannot be taken back, only added to. */
  canUndo?: boolean;
  /** Takes over when the host refuses; says whether it did, so that nothing more is said. */
  onRefused?: (problem: Problem) => Promise<boolean>;
}

/**
 * Saves records of a patient: seen at once, marked until the host has them, with a way back. What others saved meanwhile
 * stays beside it, and the message says so.
 */
export function useSave(patient: string) {
  const client = useQueryClient();
  const { i18n } = useLingui();
  const say = useToast();
  const [, go] = useLocation();
  const key = ['chart', patient];

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is made of the patient.
  return useCallback(
    async function save({
      resources,
      what,
      seen = {},
      canUndo = true,
      onRefused,
    }: SaveRequest): Promise<Saved[] | undefined> {
      const about = resources.map(({ id }) => id).join(' ');
      await client.cancelQueries({ queryKey: key });
      const chart = client.getQueryData<Chart>(key);
      const before = resources.map((resource) => chart && findInChart(chart, resource));
      const show = (change: (chart: Chart) => Chart) => client.setQueryData<Chart>(key, (now) => now && change(now));
      resources.forEach((resource, index) => {
        show((now) =>
          placeInChart(now, {
            resource,
            version: before[index]?.version ?? '',
            savedAt: 'saving',
            conflicts: before[index]?.conflicts ?? [],
          }),
        );
      });
      const again = () => {
        save({ resources, what, seen, canUndo, onRefused });
      };
      try {
        const saved = await Promise.all(
          resources.map((resource, index) =>
            api.save(resource, seen[resource.id] ?? (before[index]?.version || undefined)),
          ),
        );
        saved.forEach(({ version, conflicts }, index) => {
          const resource = resources[index] as Saveable;
          show((now) => placeInChart(now, { resource, version, savedAt: 'here', conflicts }));
        });
        const conflicted = saved.findIndex(({ conflicts }) => conflicts.length > 0);
        const undo = () => {
          save({
            resources: resources.map((resource, index) => wayBack(resource, before[index])),
            what: i18n.t('Undone.'),
            canUndo: false,
          });
        };
        if (conflicted >= 0) {
          const { resourceType, id } = resources[conflicted] as Saveable;
          say({
            about,
            text: i18n.t('Somebody else saved this meanwhile. Both values are kept.'),
            action: { label: i18n.t('Settle'), run: () => go(`/conflicts/${resourceType}/${id}`) },
          });
        } else {
          say({ about, text: what, action: canUndo ? { label: i18n.t('Undo'), run: undo } : undefined });
        }
        return saved;
      } catch (error) {
        resources.forEach((resource, index) => {
          const old = before[index];
          show((now) => (old ? placeInChart(now, old) : removeFromChart(now, resource)));
        });
        if (error instanceof Problem && (await onRefused?.(error))) return undefined;
        const { what: why, todo } = troubleOf(i18n, error);
        say({
          kind: 'danger',
          about,
          text: `${i18n.t('Not saved: {what}.', { what: subjectOf(what) })} ${why} ${todo}`,
          action: { label: i18n.t('Try again'), run: again },
        });
        return undefined;
      } finally {
        // What the host shows counts: scores, what others saved, where it is by now.
        client.invalidateQueries({ queryKey: key });
        client.invalidateQueries({ queryKey: ['points', patient] });
      }
    },
    [client, patient, i18n, say, go],
  );
}

/** "Vitals" of "Saved: vitals", in every language. */
function subjectOf(what: string): string {
  return what.replace(/^[^:]*:\s*/, '');
}

function wayBack(resource: Saveable, before: ChartRecord | undefined): Saveable {
  return (before?.resource as Saveable | undefined) ?? enteredInError(resource);
}

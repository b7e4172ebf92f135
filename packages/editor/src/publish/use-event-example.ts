import type { TenonClient } from '@tenon/core/client'
import { useMemo } from 'react'
import { useResource } from '../client/use-resource.ts'
import type { RunFormDraft } from '../runs/form/form-draft.ts'

/** Entries that a form begins with. `isLoading` lasts until they are known, or cannot be read. */
export interface EventExample {
  readonly isLoading: boolean
  /** Example of the declared type of an event; `null` for a type without one. */
  readonly draft: RunFormDraft | null
}

/** @param eventType - Type of the events that start the workflow; `null` for another trigger, which loads nothing. */
export function useEventExample(client: TenonClient, eventType: string | null): EventExample {
  const load = useMemo(
    () => (eventType === null ? null : (abortSignal: AbortSignal) => client.events.types({ abortSignal })),
    [client, eventType],
  )
  const { value, error } = useResource(load)
  const example = value?.items.find(({ type }) => type === eventType)?.example ?? null
  // Without the example, a person can enter the data.
  const isLoading = load !== null && value === null && error === null
  const draft = useMemo(
    () =>
      example === null
        ? null
        : ({ mode: 'json', values: {}, text: JSON.stringify({ data: example }, null, 2), names: [] } as const),
    [example],
  )
  return { isLoading, draft }
}

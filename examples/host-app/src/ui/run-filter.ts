import { RUN_FILTER_STATUSES } from '@tenon/core/run'
import type { RunListFilter } from '@tenon/editor/runs'

/** Reads the filter of the list of runs from the address, so that reloading and going back keep it. */
export function filterFrom(search: URLSearchParams): RunListFilter {
  const status = RUN_FILTER_STATUSES.find((candidate) => candidate === search.get('status'))
  return {
    ...(status === undefined ? {} : { status }),
    ...(search.get('tests') === 'yes' ? { showTests: true } : {}),
    ...(search.get('called') === 'no' ? { hideCalled: true } : {}),
  }
}

/** Writes the filter for the address. */
export function searchOf({ status, showTests = false, hideCalled = false }: RunListFilter): Record<string, string> {
  return {
    ...(status === undefined ? {} : { status }),
    ...(showTests ? { tests: 'yes' } : {}),
    ...(hideCalled ? { called: 'no' } : {}),
  }
}

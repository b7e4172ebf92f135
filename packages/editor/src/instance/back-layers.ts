import { isJsonObject, type JsonObject } from '@tenon/core/document'
import { onHistoryTravel, pageHistory } from './browser.ts'

/** Closes dialogs, menus and panels by the Back button of the browser, the topmost first. */
export interface BackLayers {
  /**
   * Puts a layer on top of the open ones.
   *
   * @param close - Called when the user goes back.
   * @returns A function that releases the layer if it is closed in another way; may be called any number of times.
   */
  readonly open: (close: () => void) => () => void
  /** Follows the history of the page. Returns how to stop. */
  readonly start: () => () => void
}

interface BackLayersOptions {
  /** Unique on the page, and the same after a reload. */
  readonly id: string
  /** Checks whether Back should close layers now. */
  readonly isWanted: () => boolean
}

const KEY = 'tenonLayers'

/**
 * While layers are open, the history of the page has one more entry for each, with the same address: its state counts
 * the layers of the instance and keeps what the host has in it. An entry goes when its layer is closed in another way.
 */
export function createBackLayers({ id, isWanted }: BackLayersOptions): BackLayers {
  const layers: { readonly close: () => void }[] = []
  let isReturning = false
  let isDue = false

  const state = (): JsonObject => {
    const { state: own } = pageHistory()
    return isJsonObject(own) ? own : {}
  }
  const depths = (): JsonObject => {
    const own = state()[KEY]
    return isJsonObject(own) ? own : {}
  }
  const depth = (): number => Number(depths()[id] ?? 0)
  const adjust = () => {
    isDue = false
    // The page goes back asynchronously; what is opened meanwhile gets its entry afterwards.
    if (isReturning) return
    for (let next = depth() + 1; next <= layers.length; next += 1) {
      pageHistory().pushState({ ...state(), [KEY]: { ...depths(), [id]: next } }, '')
    }
    const surplus = depth() - layers.length
    if (surplus === 0) return
    isReturning = true
    pageHistory().go(-surplus)
  }
  // A layer that opens in place of another takes over its entry.
  const adjustSoon = () => {
    if (isDue) return
    isDue = true
    setTimeout(adjust, 0)
  }
  const onTravel = () => {
    // The instance itself went back: a layer that opened meanwhile has no entry yet.
    if (isReturning) {
      isReturning = false
      adjustSoon()
      return
    }
    while (layers.length > depth()) layers.pop()?.close()
    adjustSoon()
  }
  return {
    open: (close) => {
      if (!isWanted()) return () => {}
      const layer = { close }
      layers.push(layer)
      adjustSoon()
      return () => {
        const at = layers.indexOf(layer)
        if (at === -1) return
        layers.splice(at, 1)
        adjustSoon()
      }
    },
    start: () => onHistoryTravel(onTravel),
  }
}

/** True under `npm run chaos`; `npm test` runs the short form of each attack. */
export const IS_FULL_CHAOS = process.env['TENON_CHAOS'] === '1'

/** Picks the size of an attack. */
export function sized<Size>(sizes: { readonly short: Size; readonly full: Size }): Size {
  return IS_FULL_CHAOS ? sizes.full : sizes.short
}

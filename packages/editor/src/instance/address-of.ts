import { callHost } from './call-host.ts'

/** Returns the address of a thing by a function of the host; `undefined` without one, or if it throws. */
export function addressOf<Id>(id: Id, hrefOf: ((id: Id) => string) | undefined): string | undefined {
  let href: string | undefined
  callHost(
    hrefOf === undefined
      ? undefined
      : () => {
          href = hrefOf(id)
        },
  )
  return href
}

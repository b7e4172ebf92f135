import { isTemplate } from '../expression/parse.ts'
import type { Json } from '../json.ts'

/** Checks whether a value is or contains a template. */
export function holdsTemplate(value: Json | undefined): boolean {
  if (typeof value === 'string') return isTemplate(value)
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((member) => holdsTemplate(member as Json))
  )
}

/** Field of an object that carries values over the border. */
export interface BorderField {
  readonly name: string
  /** Expression that gives its value. */
  readonly from: string
}

/** Collects the values that cross the border in one direction, and names the fields that carry them. */
export interface BorderFields {
  /** Carries a field of `input` under its own name. */
  keep(key: string): void
  /** Carries a field of `input` that may be missing: together with others of its kind, so that it stays missing. */
  keepOptional(key: string): void
  /** Carries the value of an expression, whose name is made from `hint`. */
  add(from: string, hint: string): void
  readonly kept: ReadonlySet<string>
  readonly optional: ReadonlySet<string>
  /** Names all fields. To be called once all values are known. */
  name(isTaken: (name: string) => boolean): NamedFields
}

export interface NamedFields {
  readonly fields: readonly BorderField[]
  /** Name of the field with an expression. */
  nameOf(from: string): string
  /** Name of the object with the fields that may be missing. */
  readonly optionalName: string
}

export function createBorderFields(): BorderFields {
  const kept = new Set<string>()
  const optional = new Set<string>()
  const added = new Map<string, string>()
  return {
    kept,
    optional,
    keep: (key) => kept.add(key),
    keepOptional: (key) => optional.add(key),
    add: (from, hint) => added.set(from, hint),
    name(isTaken) {
      const names = new Set(kept)
      const free = (hint: string): string => {
        let name = hint
        for (let count = 2; names.has(name) || isTaken(name); count += 1) name = `${hint}_${count}`
        names.add(name)
        return name
      }
      const byExpression = new Map([...added].map(([from, hint]) => [from, free(hint)]))
      const optionalName = free('optional')
      const fields = [
        ...[...kept].map((key) => ({ name: key, from: memberOf('input', key) })),
        ...[...byExpression].map(([from, name]) => ({ name, from })),
        ...(optional.size === 0 ? [] : [{ name: optionalName, from: `pick(input, ${textList(optional)})` }]),
      ]
      return { fields, optionalName, nameOf: (from) => byExpression.get(from) as string }
    },
  }
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Returns the path of a member: `input.email`, `input["e-mail"]`. */
export function memberOf(path: string, key: string): string {
  return NAME.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
}

/** Returns a list of texts as an expression. */
export function textList(texts: Iterable<string>): string {
  return JSON.stringify([...texts]).replaceAll('","', '", "')
}

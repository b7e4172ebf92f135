/** Splits a name of a document into words: `listRepos/by-id` gives list, repos, by, id. */
function wordsOf(text: string): readonly string[] {
  return text
    .normalize('NFKD')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase()
    .split(' ')
    .filter((word) => word !== '')
}

const MAX_NAME = 60

/** Returns the name of an action, in kebab-case: `list-repos`; `operation` for a text without letters. */
export function actionName(text: string): string {
  const words = wordsOf(text)
  const [first = ''] = words
  const named = /^[a-z]/.test(first) ? words : ['operation', ...words]
  return named.join('-').slice(0, MAX_NAME).replace(/-+$/, '')
}

/** Returns the name of a param, in camelCase: `perPage`; not one that each object has, such as `constructor`. */
export function paramName(text: string): string {
  const words = wordsOf(text)
  const [first = ''] = words
  const named = /^[a-z]/.test(first) ? words : ['value', ...words]
  const name = named
    .map((word, index) => (index === 0 ? word : `${word.charAt(0).toUpperCase()}${word.slice(1)}`))
    .join('')
  return name in Object.prototype ? `${name}Value` : name
}

/** Returns words for people: `Per page`. */
export function titleOf(text: string): string {
  const words = wordsOf(text).join(' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`.slice(0, MAX_NAME).trim() || 'Value'
}

/** Names that are taken, each with the number of the next one. */
export type TakenNames = Map<string, number>

/** Returns a name that is not taken yet, and takes it. */
export function uniqueName(name: string, taken: TakenNames): string {
  let unique = name
  let number = taken.get(name) ?? 1
  while (taken.has(unique)) {
    number += 1
    unique = `${name}${number}`
  }
  taken.set(name, number)
  taken.set(unique, taken.get(unique) ?? 1)
  return unique
}

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

/** Returns the name of a param, in camelCase: `perPage`. */
export function paramName(text: string): string {
  const words = wordsOf(text)
  const [first = ''] = words
  const named = /^[a-z]/.test(first) ? words : ['value', ...words]
  return named.map((word, index) => (index === 0 ? word : `${word.charAt(0).toUpperCase()}${word.slice(1)}`)).join('')
}

/** Returns words for people: `Per page`. */
export function titleOf(text: string): string {
  const words = wordsOf(text).join(' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`.slice(0, MAX_NAME).trim() || 'Value'
}

/** Returns a name that is not taken yet, and takes it. */
export function uniqueName(name: string, taken: Set<string>, separator: string): string {
  let unique = name
  for (let number = 2; taken.has(unique); number += 1) unique = `${name}${separator}${number}`
  taken.add(unique)
  return unique
}

// Loaded on demand. Importing all of `@tenon/core/expression` on demand would move it, with what the editor needs of it at
// once, into the first script.
export { completionsAt } from '@tenon/core/expression'

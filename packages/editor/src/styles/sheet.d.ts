// A style sheet is imported for its effect alone; this says so to TypeScript.
export {}

/** The name of the database at both ends. */
export const DATABASE = 'clinic';

import { defaultLogFormat } from '../../shared/terminal.ts';

// Imported first: at a terminal an author reads what hooks and clients do. What this process and the services log below a warning is
// shown with --verbose, or from the LOG_LEVEL on that is asked for.
const { LOG_FORMAT = '', LOG_LEVEL = '' } = process.env;
const isForAuthor = LOG_FORMAT === 'pretty' || (LOG_FORMAT === '' && defaultLogFormat() === 'pretty');
if (isForAuthor && LOG_LEVEL === '' && !process.argv.includes('--verbose')) process.env.LOG_LEVEL = 'warn';

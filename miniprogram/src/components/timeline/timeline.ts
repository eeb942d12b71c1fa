/** What happened, the latest first: each line a sentence with its day. */
Component({ properties: { lines: Array } });

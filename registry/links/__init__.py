"""Link check: whether the addresses that datasets name still answer, asked politely and judged over days."""

"""What is made of rows afterwards: a forecast, what stands out, what a change came from."""

"""The small vision-language model: pre-trained on drawn faces, judged without clips."""

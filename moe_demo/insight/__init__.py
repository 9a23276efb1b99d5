"""From a trained model to plain records: numpy and pandas, nothing that a page or a notebook must compute again."""
